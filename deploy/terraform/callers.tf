# Resource Scheduler always calls detached: it does not wait, and drops the answer.
resource "oci_resource_scheduler_schedule" "function" {
  count = var.create_schedule ? 1 : 0

  compartment_id     = var.compartment_ocid
  display_name       = var.name
  description        = "Measures instance pools"
  action             = "START_RESOURCE"
  recurrence_type    = "CRON"
  recurrence_details = var.schedule_cron

  resources {
    id       = oci_functions_function.pool_utilization.id
    metadata = { resourceType = "FunctionsFunction" }

    parameters {
      parameter_type = "BODY"
      value          = [var.schedule_body]
    }
  }
}

resource "oci_ons_notification_topic" "alarms" {
  count = var.create_alarm_topic ? 1 : 0

  compartment_id = var.compartment_ocid
  name           = "${var.name}-alarms"
  description    = "Alarms that the function ${var.name} answers"
}

resource "oci_ons_subscription" "function" {
  count = var.create_alarm_topic ? 1 : 0

  compartment_id = var.compartment_ocid
  topic_id       = oci_ons_notification_topic.alarms[0].id
  protocol       = "ORACLE_FUNCTIONS"
  endpoint       = oci_functions_function.pool_utilization.id
}

resource "oci_monitoring_alarm" "pool" {
  count = var.create_alarm_topic && var.alarm_query != "" ? 1 : 0

  compartment_id        = var.compartment_ocid
  metric_compartment_id = var.pools_compartment_id
  display_name          = var.name
  namespace             = "oci_computeagent"
  query                 = var.alarm_query
  severity              = var.alarm_severity
  destinations          = [oci_ons_notification_topic.alarms[0].id]
  is_enabled            = true
}

# Of the compartment that the rule is in, and those below it.
resource "oci_events_rule" "pool_changed" {
  count = var.create_event_rule ? 1 : 0

  compartment_id = var.pools_compartment_id
  display_name   = var.name
  description    = "Measures an instance pool when it changes"
  is_enabled     = true
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
      function_id = oci_functions_function.pool_utilization.id
    }
  }
}
