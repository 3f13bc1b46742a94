"""Making a case: from an OpenStreetMap extract, from Overpass, and the shipped ones."""
