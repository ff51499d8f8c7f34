# Resource Scheduler always calls detached: it does not wait, and drops the answer.
resource "oci_resource_scheduler_schedule" "function" {
  count = var.create_schedule ? 1 : 0

  compartment_id     = var.compartment_ocid
  display_name       = var.name
  description        = "Measures instance pools"
  action             = "START_RESOURCE"
  recurrence_type    = "CRON"
  recurrence_details = var.schedule_cron
  freeform_tags      = local.freeform_tags
  defined_tags       = local.defined_tags

  resources {
    id       = local.function_id
    metadata = { resourceType = "FunctionsFunction" }

    parameters {
      parameter_type = "BODY"
      value          = [var.schedule_body]
    }
  }
}

locals {
  makes_topic = var.create_alarm_topic || var.alarm_query != "" || var.create_clock
}

resource "oci_ons_notification_topic" "alarms" {
  count = local.makes_topic ? 1 : 0

  compartment_id = var.compartment_ocid
  name           = "${var.name}-alarms"
  description    = "Alarms that the function ${var.name} answers"
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
}

resource "oci_ons_subscription" "function" {
  count = local.makes_topic ? 1 : 0

  compartment_id = var.compartment_ocid
  topic_id       = oci_ons_notification_topic.alarms[0].id
  protocol       = "ORACLE_FUNCTIONS"
  endpoint       = local.function_id
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
}

resource "oci_monitoring_alarm" "pool" {
  count = var.alarm_query != "" ? 1 : 0

  compartment_id        = var.compartment_ocid
  metric_compartment_id = var.pools_compartment_ids[0]
  display_name          = var.name
  namespace             = "oci_computeagent"
  query                 = var.alarm_query
  severity              = var.alarm_severity
  destinations          = [oci_ons_notification_topic.alarms[0].id]
  is_enabled            = true
  freeform_tags         = local.freeform_tags
  defined_tags          = local.defined_tags
}

# Of the compartment that the rule is in, and those below it.
resource "oci_events_rule" "pool_changed" {
  for_each = var.create_event_rule ? toset(var.pools_compartment_ids) : toset([])

  compartment_id = each.value
  display_name   = var.name
  description    = "Measures an instance pool when it changes"
  is_enabled     = true
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
  condition = jsonencode({
    eventType = [
      "com.oraclecloud.computemanagement.updateinstancepool.begin",
      "com.oraclecloud.computemanagement.updateinstancepool.end",
    ]
  })

  actions {
    action {
      action_type = "FAAS"
      is_enabled  = true
      function_id = local.function_id
    }
  }
}

# Connector Hub sends the metrics of Oracle Cloud Agent about once a minute, in batches.
resource "oci_sch_service_connector" "metrics" {
  count = var.create_connector ? 1 : 0

  compartment_id = var.compartment_ocid
  display_name   = var.name
  description    = "Measures instance pools whose metrics arrive"
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags

  source {
    kind = "monitoring"

    dynamic "monitoring_sources" {
      for_each = var.pools_compartment_ids

      content {
        compartment_id = monitoring_sources.value

        namespace_details {
          kind = "selected"

          namespaces {
            namespace = "oci_computeagent"

            metrics {
              kind = "all"
            }
          }
        }
      }
    }
  }

  target {
    kind              = "functions"
    function_id       = local.function_id
    batch_time_in_sec = 60
    batch_size_in_kbs = 5000
  }
}

# In the function's subnet, for who reaches that: the function tells nobody apart who comes this way.
resource "oci_apigateway_gateway" "function" {
  count = var.gateway_subnet_id == "" ? 0 : 1

  compartment_id = var.compartment_ocid
  display_name   = var.name
  endpoint_type  = "PRIVATE"
  subnet_id      = var.gateway_subnet_id
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
}

resource "oci_apigateway_deployment" "function" {
  count = var.gateway_subnet_id == "" ? 0 : 1

  compartment_id = var.compartment_ocid
  display_name   = var.name
  gateway_id     = oci_apigateway_gateway.function[0].id
  path_prefix    = "/pools"
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags

  specification {
    routes {
      path    = "/utilization"
      methods = ["GET", "POST"]

      backend {
        type        = "ORACLE_FUNCTIONS_BACKEND"
        function_id = local.function_id
      }
    }
  }
}
