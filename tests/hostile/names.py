r"""The one list of names that mean harm, for every test of what shows or writes the texts of users.

What runs in a page sets `window.hacked`, or asks for something at `example.invalid`: neither may ever happen.
"""

from __future__ import annotations

HOSTILE = (  # every output shows them as typed
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% raw %}{{ 7 * 7 }}",
    "</script><script>window.hacked = 1</script>",
    '<img src=x onerror="window.hacked = 2">',
    "<svg/onload=window.hacked=3>",
    "${window.hacked = 4}",
    "`${window.hacked = 5}`",
    "'; window.hacked = 6; '",
    '"; window.hacked = 7; "',
    "<!-- <script>",
    "]]> --> <![CDATA[",
    "@@DATA@@ @@SCRIPT_HASHES@@ %s {0}",
    "&lt;b&gt; &amp; &#x41;",
    "javascript:window.hacked=8",
    "张三\u2028李四\u2029王五",
    "\u202eabc\u202c \u200fעברית",
    "表情 😀 👩‍👩‍👧‍👦 𠮷",
    "\\u003cscript\\u003e \\",
    "=cmd|' /C calc'!A0",
    "长" * 500,
    "</style></title></textarea>",
    "{# 注 #}{%- set x = 1 -%}",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "＝1+1",
    "[bold]粗[/bold] [link=https://example.invalid]x[/link]",
    '<a href="javascript:window.hacked=9" onclick="window.hacked=10">x</a>',
    '<iframe srcdoc="<script>parent.hacked=11</script>"></iframe>',
    '<base href="https://example.invalid/"><link rel=stylesheet href="//example.invalid/x.css">',
    '"><img src=https://example.invalid/x.png onerror=alert(1)>',
    "<meta http-equiv=refresh content='0;url=https://example.invalid/'>",
    "零\u200b宽\u2060度\u200d连\ufeff接",
    "\u2067向右\u2069",
    "../../x %00 ..\\..\\x /etc/passwd",
    "$x^2$ $\\frac{a}{b}$ \\alpha",
    "_x0041_ _x003D_1",
    "url(https://example.invalid/x.png) expression(window.hacked=12)",
)
UNWRITABLE = (  # files hold them without what neither XML nor UTF-8 can hold: `siting.render.columns.clean`
    "名\x0b字\u202e倒",
    "\x00空\x00",
    "\x1b[31m红\x1b[0m\x1b]0;window\x07",
    "\x1b]8;;https://example.invalid\x1b\\链接\x1b]8;;\x1b\\",
    "删\x7f除\x08",
    "孤\ud800立\udfff",
    "非\ufffe字\uffff",
)
FORMULAS = tuple(text for text in HOSTILE if text.strip()[0] in "=+-@＝")
