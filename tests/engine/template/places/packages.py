"""Packages with text outside paragraphs: charts, diagrams, properties, link targets, custom XML …"""

from collections.abc import Mapping

from tests.factories import docx, p

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_A = "http://schemas.openxmlformats.org/drawingml/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
STORE = "{11111111-1111-1111-1111-111111111111}"
# Namespaces of everything that a body of these tests holds.
_ROOT = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_OFFICE}/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:wp="{_A}/wordprocessingDrawing" xmlns:a="{_A}/main" xmlns:pic="{_A}/picture" '
    f'xmlns:c="{_A}/chart" xmlns:m="{_OFFICE}/math" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def story(root: str, content: str) -> str:
    """A story part with every namespace that its content may use."""
    return f"{DECLARATION}<w:{root} {_ROOT}>{content}</w:{root}>"


def document(body: str) -> str:
    """The main part."""
    return story("document", f"<w:body>{body}<w:sectPr/></w:body>")


def package(
    body: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    relationships: str = "",
    types: Mapping[str, str] | None = None,
    package_relationships: str = "",
) -> bytes:
    """A template with ``body`` and further ``parts`` by name.

    ``relationships`` are further elements of the main part's, ``types`` content types by extension or by
    "/part name".
    """
    declared = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>'
        if name.startswith("/")
        else f'<Default Extension="{name}" ContentType="{kind}"/>'
        for name, kind in (types or {}).items()
    )
    return docx(
        "",
        extra={
            "word/document.xml": document(body or p("text")).encode(),
            "[Content_Types].xml": (
                f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
                '<Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Default Extension="xml" ContentType="application/xml"/>'
                '<Override PartName="/word/document.xml" ContentType="application/'
                'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
                f"{declared}</Types>"
            ).encode(),
            "_rels/.rels": _relationships(
                f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" '
                f'Target="word/document.xml"/>{package_relationships}'
            ),
            "word/_rels/document.xml.rels": _relationships(relationships),
            **{
                name: content.encode() if isinstance(content, str) else content
                for name, content in (parts or {}).items()
            },
        },
    )


def _relationships(content: str) -> bytes:
    return (
        f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{content}</Relationships>'
    ).encode()


def relationships(content: str) -> bytes:
    """A relationships part."""
    return _relationships(content)


def relationship(number: int, kind: str, target: str, *, external: bool = False) -> str:
    """A relationship of an officeDocument type."""
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"{mode}/>'


def chart(content: str) -> bytes:
    """A package with a chart whose c:chart holds ``content``."""
    return package(
        parts={
            "word/charts/chart1.xml": (
                f'{DECLARATION}<c:chartSpace xmlns:c="{_A}/chart" xmlns:a="{_A}/main"><c:chart>{content}'
                "</c:chart></c:chartSpace>"
            )
        },
        relationships=relationship(1, "chart", "charts/chart1.xml"),
    )


def title(*runs: str) -> str:
    """A chart's title with runs of these texts."""
    inner = "".join(f'<a:r><a:rPr lang="zh-CN"/><a:t>{run}</a:t></a:r>' for run in runs)
    return f"<c:title><c:tx><c:rich><a:bodyPr/><a:p>{inner}</a:p></c:rich></c:tx></c:title>"


def cache(*values: str, kind: str = "strCache") -> str:
    """A text cache of a chart."""
    points = "".join(f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, value in enumerate(values))
    return f"<c:cat><c:strRef><c:f>Sheet1!$A$2</c:f><c:{kind}>{points}</c:{kind}></c:strRef></c:cat>"


def properties(kind: str, content: str) -> bytes:
    """A package with document properties: ``kind`` is core, app or custom."""
    namespaces = {
        "core": (
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            f"{content}</cp:coreProperties>"
        ),
        "app": (
            f'<Properties xmlns="{_OFFICE}/extended-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
            f"{content}</Properties>"
        ),
        "custom": (
            f'<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
            f'<property fmtid="{{D5CDD505}}" pid="2" name="n">{content}</property></Properties>'
        ),
    }
    types = {
        "core": "application/vnd.openxmlformats-package.core-properties+xml",
        "app": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        "custom": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    }
    name = f"docProps/{kind}.xml"
    return package(parts={name: DECLARATION + namespaces[kind]}, types={f"/{name}": types[kind]})


def custom_data(body: str, data: str, *, store: str = STORE, item: str = "customXml/item1.xml") -> bytes:
    """A package with ``body`` and custom XML ``data`` with the id ``store``."""
    return package(
        body,
        parts={
            item: DECLARATION + data,
            "customXml/itemProps1.xml": (
                f'{DECLARATION}<ds:datastoreItem xmlns:ds="{_OFFICE}/customXml" ds:itemID="{store}"/>'
            ),
            "customXml/_rels/item1.xml.rels": relationships(
                relationship(1, "customXmlProps", "itemProps1.xml")
            ),
        },
        relationships=relationship(1, "customXml", f"../{item}"),
    )


def bound_control(
    content: str,
    xpath: str = "/n:root[1]/n:name[1]",
    *,
    store: str = STORE,
    prefixes: str = "xmlns:n='urn:x'",
    tag: str = "w:dataBinding",
) -> str:
    """A paragraph whose content control is bound to data."""
    return (
        f'<w:p><w:sdt><w:sdtPr><{tag} w:prefixMappings="{prefixes}" w:xpath="{xpath}" '
        f'w:storeItemID="{store}"/><w:text/></w:sdtPr><w:sdtContent><w:r><w:t>{content}</w:t></w:r>'
        "</w:sdtContent></w:sdt></w:p>"
    )


def picture(attributes: str) -> str:
    """A paragraph with a picture whose wp:docPr has ``attributes``."""
    return (
        f'<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" {attributes}/></wp:inline></w:drawing></w:r></w:p>'
    )


def vml(shape: str) -> str:
    """A paragraph with VML."""
    return f"<w:p><w:r><w:pict>{shape}</w:pict></w:r></w:p>"
