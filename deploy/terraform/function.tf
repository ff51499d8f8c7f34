resource "oci_functions_application" "pools" {
  compartment_id             = var.compartment_ocid
  display_name               = var.name
  subnet_ids                 = [local.subnet_id]
  network_security_group_ids = var.network_security_group_ids

  lifecycle {
    precondition {
      condition     = var.create_network || var.subnet_id != ""
      error_message = "Give a subnet_id, or set create_network."
    }
  }
}

resource "oci_functions_function" "pool_utilization" {
  application_id                   = oci_functions_application.pools.id
  display_name                     = var.name
  image                            = var.image
  memory_in_mbs                    = var.memory_in_mbs
  timeout_in_seconds               = var.timeout_in_seconds
  detached_mode_timeout_in_seconds = var.detached_timeout_in_seconds
  config                           = local.config
}

locals {
  named_config = {
    # One line of JSON: OCI wants values of printable characters, and has room for 4 KB.
    POOLS          = var.pools == "" ? "" : jsonencode(yamldecode(var.pools))
    PROMETHEUS_URL = var.prometheus_url
    ON_ERROR       = var.on_error
    LOG_LEVEL      = var.log_level
  }
  config = merge(
    { for key, value in local.named_config : key => value if value != "" },
    jsondecode(var.more_config),
  )
}

resource "oci_logging_log_group" "function" {
  count = var.create_log ? 1 : 0

  compartment_id = var.compartment_ocid
  display_name   = var.name
}

# What the functions of the application write; one JSON object a line.
resource "oci_logging_log" "invocations" {
  count = var.create_log ? 1 : 0

  display_name       = "${var.name}-invoke"
  log_group_id       = oci_logging_log_group.function[0].id
  log_type           = "SERVICE"
  is_enabled         = true
  retention_duration = var.log_retention_days

  configuration {
    compartment_id = var.compartment_ocid

    source {
      source_type = "OCISERVICE"
      service     = "functions"
      category    = "invoke"
      resource    = oci_functions_application.pools.id
    }
  }
}
