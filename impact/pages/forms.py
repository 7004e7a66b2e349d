"""The form that sends a file of outcomes."""

from pathlib import PurePath
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from impact.records.kinds import RecordKind

FORMATS = {".csv": "csv", ".parquet": "parquet", ".json": "json"}
KINDS = [(kind.value, kind.value.capitalize()) for kind in RecordKind]


class UploadForm(forms.Form):
    """What a file holds, and the file."""

    kind = forms.ChoiceField(choices=KINDS, label="What the rows speak of")
    file = forms.FileField(
        label="File",
        help_text="CSV with a header line, Parquet, or JSON.",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(FORMATS)}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # as Django passes them
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = "post"
        self.helper.add_input(Submit("send", "Send the file"))

    def clean_file(self) -> Any:  # noqa: ANN401  # an uploaded file
        """Refuse a file whose name does not say how to read it."""
        file = self.cleaned_data["file"]
        if PurePath(file.name).suffix.lower() not in FORMATS:
            message = f"file = {file.name}: the name must end in one of {', '.join(FORMATS)}"
            raise forms.ValidationError(message)
        return file

    @property
    def format(self) -> str:
        """The format that the name of a valid file says."""
        return FORMATS[PurePath(self.cleaned_data["file"].name).suffix.lower()]
