"""Documents the portal makes: workbooks in the official look, CSV beside them."""
