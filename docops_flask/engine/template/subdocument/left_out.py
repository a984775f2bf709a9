"""What of a document does not come along into another (docs/analysis/subdocuments.md, rule 2)."""

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.template.subdocument.trees import take_out, take_out_of_run

_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_COMMENTS = ("commentRangeStart", "commentRangeEnd", "commentReference")
_ALWAYS = ("permStart", "permEnd", "proofErr", "dataBinding", "lvlPicBulletId")
_OF_PARAGRAPHS = ("paraId", "textId")
_BACK = "_GoBack"


class LeftOut:
    """Takes out of trees what does not come along, and says whether sections or comments were among it."""

    def __init__(self, w: str) -> None:
        """``w`` is the namespace of WordprocessingML in Clark form."""
        self._w = w
        self.has_sections = self.has_comments = False
        self._comments = {f"{w}{each}" for each in _COMMENTS}
        self._gone = {f"{_W15}dataBinding", *(f"{w}{each}" for each in _ALWAYS)}

    def take_out_of(self, root: _Element) -> None:
        """Take it out of ``root``, at any depth."""
        etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
        for element in list(root.iter("*")):
            self._of_element(element)

    def _of_element(self, element: _Element) -> None:
        w, tag = self._w, element.tag
        around = element.getparent()
        parent = None if around is None else around.tag
        if tag == f"{w}sectPr":
            self.has_sections = self.has_sections or parent == f"{w}pPr"
            take_out(element)
        elif tag in self._comments:
            self.has_comments = True
            if tag == f"{w}commentReference":
                take_out_of_run(element, f"{w}r", f"{w}rPr")
            else:
                take_out(element)
        elif (
            tag in self._gone
            or (tag == f"{w}id" and parent == f"{w}sdtPr")
            or (tag == f"{w}bookmarkStart" and element.get(f"{w}name") == _BACK)
        ):
            take_out(element)
        else:
            for name in [each for each in element.attrib if str(each).rpartition("}")[2] in _OF_PARAGRAPHS]:
                del element.attrib[name]
