# A function made from the package (docs/deploy.md) is taken as it is, as the provider makes functions
# from images only; everything else is made around it.
locals {
  makes_function = var.function_id == ""
  function_id    = local.makes_function ? one(oci_functions_function.pool_utilization[*].id) : var.function_id
  application_id = local.makes_function ? one(oci_functions_application.pools[*].id) : one(data.oci_functions_function.existing[*].application_id)
}

data "oci_functions_function" "existing" {
  count = local.makes_function ? 0 : 1

  function_id = var.function_id
}

resource "oci_functions_application" "pools" {
  count = local.makes_function ? 1 : 0

  compartment_id             = var.compartment_ocid
  display_name               = var.name
  subnet_ids                 = [local.subnet_id]
  network_security_group_ids = var.network_security_group_ids
  shape                      = var.shape
  freeform_tags              = local.freeform_tags
  defined_tags               = local.defined_tags

  # Each line of the log is a JSON object, as the function writes it.
  logging {
    line_format = "JSON"
  }

  trace_config {
    is_enabled = var.apm_domain_id != ""
    domain_id  = var.apm_domain_id == "" ? null : var.apm_domain_id
  }

  lifecycle {
    precondition {
      condition     = var.create_network || var.subnet_id != ""
      error_message = "A function needs a subnet: give a subnet_id that reaches OCI's services, or set create_network."
    }
  }
}

resource "oci_functions_function" "pool_utilization" {
  count = local.makes_function ? 1 : 0

  application_id                   = local.application_id
  display_name                     = var.name
  image                            = var.image
  memory_in_mbs                    = var.memory_in_mbs
  timeout_in_seconds               = var.timeout_in_seconds
  detached_mode_timeout_in_seconds = var.detached_timeout_in_seconds
  config                           = local.config
  freeform_tags                    = local.freeform_tags
  defined_tags                     = local.defined_tags

  trace_config {
    is_enabled = var.apm_domain_id != ""
  }

  dynamic "success_destination" {
    for_each = var.success_topic_id == "" ? [] : [var.success_topic_id]

    content {
      kind     = "NOTIFICATION"
      topic_id = success_destination.value
    }
  }

  dynamic "failure_destination" {
    for_each = var.failure_topic_id == "" ? [] : [var.failure_topic_id]

    content {
      kind     = "NOTIFICATION"
      topic_id = failure_destination.value
    }
  }

  lifecycle {
    precondition {
      condition     = var.image != ""
      error_message = "Give the image, or the function_id of a function that was made from the package."
    }
    precondition {
      condition     = length(join("", concat(keys(local.config), values(local.config)))) <= 4096
      error_message = "OCI has room for 4,096 bytes of configuration: put the pools into the image or the package and set POOLS_FILE, or select them."
    }
  }
}

locals {
  # V8 would take more than the smallest function has. The image has it as well.
  node_options = "--max-old-space-size=56"

  freeform_tags = jsondecode(var.freeform_tags)
  defined_tags  = jsondecode(var.defined_tags)

  named_config = {
    NODE_OPTIONS = local.node_options
    # One line of JSON: OCI wants values of printable characters, and has room for 4 KB.
    POOLS          = var.pools == "" ? "" : jsonencode(yamldecode(var.pools))
    PROMETHEUS_URL = var.prometheus_url
    ON_ERROR       = var.on_error
    LOG_LEVEL      = var.log_level

    FUNCTION_METRICS_NAMESPACE = var.function_metrics_namespace
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
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
}

# What the functions of the application write; one JSON object a line.
resource "oci_logging_log" "invocations" {
  count = var.create_log ? 1 : 0

  display_name       = "${var.name}-invoke"
  log_group_id       = oci_logging_log_group.function[0].id
  log_type           = "SERVICE"
  is_enabled         = true
  retention_duration = var.log_retention_days
  freeform_tags      = local.freeform_tags
  defined_tags       = local.defined_tags

  configuration {
    compartment_id = var.compartment_ocid

    source {
      source_type = "OCISERVICE"
      service     = "functions"
      category    = "invoke"
      resource    = local.application_id
    }
  }
}
