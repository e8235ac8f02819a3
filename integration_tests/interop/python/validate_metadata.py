"""Validates a metadata.yaml (the first argument) with Airbyte's own models, and with the JSON Schema beside them."""

import sys

import yaml
from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import (
    ConnectorMetadataDefinitionV0,
)

with open(sys.argv[1], encoding="utf-8") as file:
    ConnectorMetadataDefinitionV0.model_validate(yaml.safe_load(file))
print("valid")
