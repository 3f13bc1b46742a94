"""What a run leaves behind: the map page, the report, tables as workbook and CSV, the GeoPackage."""
