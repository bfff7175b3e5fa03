"""The use case of `skerry prices refresh`: prices of the Price List into the user's file."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from skerry.app.regions import require_region
from skerry.aws.errors import RefusedError
from skerry.aws.price_list import endpoint_region_of, read_rows
from skerry.aws.session import Account, make_clients
from skerry.cost.price_list import ACTION, PRODUCTS, price_of_rows
from skerry.cost.prices import Price, PriceSource, PriceTable, decode_prices
from skerry.model.missing import Missing
from skerry.sources import files

_PAGE = "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html"


class RefreshedPrices(msgspec.Struct, frozen=True):
    """The table for the user's file, its new prices, and those without a row of the Price List."""

    table: PriceTable
    prices: tuple[Price, ...]
    missing: tuple[Missing, ...]

    @property
    def content(self) -> bytes:
        """Return the table as the file holds it, a price a line."""
        lines = [msgspec.json.encode(row).decode() for row in self.table.prices]
        sources = msgspec.json.encode(self.table.sources).decode()
        rows = ",\n  ".join(lines)
        head = f'{{"version": {self.table.version}, "compiled": "{self.table.compiled}", "sources": {sources},'
        return f'{head}\n "prices": [\n  {rows}\n]}}\n'.encode()


def refresh_prices(
    account: Account, regions: Sequence[str] = (), path: Path | None = None, today: date | None = None
) -> RefreshedPrices:
    """Read the prices of Regions, or of the account's own, and put them into the table of a file if it exists.

    A price without exactly one row of the Price List is missing, and a refused call leaves its prices so. Raises
    `UnknownNameError` for an unknown Region, `InputError` for a file of another shape or version, and `SkerryError`
    without credentials or a way to AWS.
    """
    day = (today or datetime.now(UTC).date()).isoformat()
    kept = _table_of(path)
    wanted = tuple(regions) or (account.make_clients()("ec2").meta.region_name,)
    prices: list[Price] = []
    missing: list[Missing] = []
    for region in dict.fromkeys(wanted):
        require_region(region)
        for row in _read_region(account, region, _source_id(region)):
            (prices if isinstance(row, Price) else missing).append(row)  # type: ignore[arg-type]
    sources = tuple(
        PriceSource(_source_id(region), f"AWS Price List, GetProducts, {region}", _PAGE, day)
        for region in dict.fromkeys(price.region for price in prices)
    )
    new = PriceTable(day, sources, tuple(prices))
    return RefreshedPrices(_merged(kept, new), tuple(prices), tuple(missing))


def _source_id(region: str) -> str:
    return f"price-list-{region}"


def _table_of(path: Path | None) -> PriceTable | None:
    """Return the prices of the user's file; None if there is none yet."""
    if path is None or not path.exists():
        return None
    return decode_prices(next(iter(files.read(path).values())), str(path))


def _read_region(account: Account, region: str, source: str) -> list[Price | Missing]:
    client = make_clients(endpoint_region_of(region), account.profile)
    rows: list[Price | Missing] = []
    for product in PRODUCTS:
        filters = {product.region_field: region, **dict(product.filters)}
        try:
            texts = tuple(read_rows(client, product.service, filters))
        except RefusedError as error:
            rows.append(Missing(f"the price of {product.item} in {region}: AWS answered {error.code}", ACTION))
            continue
        rows.append(price_of_rows(region, product, texts, source))
    return rows


def _merged(kept: PriceTable | None, new: PriceTable) -> PriceTable:
    """Return the new prices with the others of the file; the table is as old as its oldest price."""
    if kept is None:
        return new
    merged = kept.with_prices(new)
    used = {name for price in merged.prices for name in price.sources}
    sources = {source.id: source for source in reversed(merged.sources) if source.id in used}
    compiled = min(price.compiled for price in merged.prices) if merged.prices else new.compiled
    return PriceTable(compiled, tuple(sources.values()), merged.prices)
