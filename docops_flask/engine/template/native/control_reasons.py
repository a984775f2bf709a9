"""Why content controls are left as they are, as people are told."""

BOUND_SECTION = (
    "its items show a list of elements of the data; take the binding out of the section and of the controls "
    "in it"
)
BOUND_PICTURE = "its picture is kept in the data as text; take the binding out"
BOUND_RICH = "its data is a whole document; take the binding out, or use a plain text control"
BOUND_BY_EXPRESSION = (
    "its data is told by an expression that is not followed; bind the control to an element by its path, or "
    "take the binding out"
)
BOUND_IN_SECTION = "one element of the data cannot show what stands in several copies; take the binding out"
NO_FORMAT = "it shows dates as {}, which no format does; choose another in the properties of the control"
NO_CALENDAR = "it shows dates of the calendar {}, and formats show Gregorian ones; choose another calendar"
LIST_WITH_FORMAT = "its tag has a format, and a list shows its entries as they are; take the format out"
HOLDS_FIELD = "it holds a Word field; take the field out of it"
HOLDS_LINK = "it holds a link; put the control into the link, or take the link out"
HOLDS_CONTROL = "it holds another control; give that one a name, or take it out"
HOLDS_MORE = "it holds more than text; take pictures, tables, equations, notes and tracked changes out of it"
SEVERAL_CELLS = "it is around several cells or rows; put a control into each cell"
MORE_THAN_A_SIGN = "it holds more than its sign; move the text out of the control, beside it"
NO_PARAGRAPH = "it holds no paragraph; put one into it"
NO_STATE = "it does not state whether it is checked (w14:checked)"
NO_PICTURE = "it holds no picture, or several; put one picture into it"
ITEM = "it is an item of a repeating section; put a control with its name into it, or take the name out"
NO_ITEM = "it has no item that can be repeated; add one"
AROUND_CELLS = "what is repeated or left out cannot be a cell; put the control around the row"
