"""From a whole page, HTML or plain text, to its article, the rails around it and the role of every block."""

from .parts import Page, PageError, Rail, RailItem
from .read import read_page

__all__ = ["Page", "PageError", "Rail", "RailItem", "read_page"]
