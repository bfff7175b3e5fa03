# skerry without an account's credentials in the image: mount the files to read at /work.
#   docker build --tag skerry .
#   docker run --rm --network none --volume "$PWD:/work:ro" skerry check plan.json
FROM python:3.13-slim-bookworm AS build
COPY . /source
RUN python -m venv /opt/skerry \
    && /opt/skerry/bin/python -m pip --disable-pip-version-check install --no-cache-dir "/source[terraform]"

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="skerry" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/skerry /opt/skerry
RUN useradd --create-home --uid 10001 skerry
USER 10001
WORKDIR /work
ENV PATH="/opt/skerry/bin:$PATH"
ENTRYPOINT ["skerry"]
CMD ["--help"]
