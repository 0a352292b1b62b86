"""Pictures as SVG text: from values to markup, with nothing but functions in between."""
