"""The web, as far as this example knows it: what the front page of a domain says."""

FRONT_PAGES = {
    "acmecorp.com": "Acme Corp builds conveyor systems for warehouses. 400 people work in nine countries.",
    "globex.com": "Globex advises city councils on energy. Founded last year by three engineers.",
    "nowhere.com": "This domain is parked. It may be for sale.",
}


def read_front_page(domain: str) -> str:
    """Return the text of the domain's front page, or what a browser would say instead."""
    return FRONT_PAGES.get(domain, f"No server answers at {domain}.")
