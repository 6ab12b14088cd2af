"""The areas that are measured: a name for `ONLY=`, and the package whose `figures()` yields its lines."""

AREAS = {
    "house": "bench.house",
    "promise": "bench.promise",
    "visits": "bench.visits",
    "offers": "bench.offers",
    "live": "bench.live",
}
