"""The links of a publisher's page: files move every month, so pages are read for where they are now."""

from __future__ import annotations

from urllib.parse import unquote, urljoin, urlsplit

from parsel import Selector


def links_of(page: bytes, address: str) -> dict[str, str]:
    """Every address that a web page links to, with the name of the file at its end, in the page's order.

    What is no address (a broken one, a telephone number) is no link to a file, and no reason to give the page up.
    """
    found: dict[str, str] = {}
    for href in Selector(text=page.decode("utf-8", errors="replace")).css("a::attr(href)").getall():
        try:
            link = urljoin(address, href.strip())
            parts = urlsplit(link)
        except ValueError:
            continue
        if "://" in link:
            found[link] = unquote(parts.path).rpartition("/")[2]
    return found
