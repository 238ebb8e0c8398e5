"""What a page contains."""

from html.parser import HTMLParser

VOID = {'meta', 'img', 'link', 'br', 'hr', 'input'}


class ReadPage(HTMLParser):
    """The tags, addresses and texts of a page; unclosed tags fail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.alts: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or '' for name, value in attrs if name in ('src', 'href')]
        self.alts += [value or '' for name, value in attrs if name == 'alt']
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    @property
    def text(self) -> str:
        return '\n'.join(filter(None, self.texts))

    @property
    def images(self) -> list[str]:
        return [address for address in self.addresses if address.startswith('data:image/')]
