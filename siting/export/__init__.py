"""`siting export`: an answer's layers and tables in the formats and the coordinates that are asked for."""
