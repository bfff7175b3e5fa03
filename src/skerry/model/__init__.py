"""What AWS says, in AWS's own words: frozen records of its answers, and the World, which indexes them."""
