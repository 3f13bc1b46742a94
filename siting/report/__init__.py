"""The written report of a run: one document, told once, rendered as a docx that staff edit and as its HTML twin.

told ─► chapters ─► `Document` (headings, paragraphs, tables, pictures) ─┬─► report.docx
                                                                        └─► report.html
"""
