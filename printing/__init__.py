"""How reports are set and printed: sections, tables and pictures as a page, a print and a workbook. Knows no homes."""
