"""The one way by which text from outside gets into a page: as JSON inside a script element.

Names come from spreadsheets and from the public. They are never put into HTML, JavaScript or a template; the page's
own script reads the JSON and shows it with `textContent`.
"""

from __future__ import annotations

import json
import re

# What could end the script element or open a comment in it, what JavaScript counts as a line's end, and what
# UTF-8 cannot hold (lone surrogates). JSON may write any character of a string as \uXXXX.
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def json_for_script(value: object) -> str:
    """`value` as JSON that is inert between `<script type="application/json">` and `</script>`.

    Raises:
        ValueError: for NaN and infinity, which JSON does not have; write None.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
