# The loop of docs/scaling.md: a clock of one minute, and a policy on what the function publishes.

# An alarm that always fires where members report, and says so again every minute: that is the clock.
resource "oci_monitoring_alarm" "clock" {
  for_each = var.create_clock ? toset(var.pools_compartment_ids) : toset([])

  compartment_id               = var.compartment_ocid
  metric_compartment_id        = each.value
  display_name                 = "${var.name}-clock"
  namespace                    = "oci_computeagent"
  query                        = "CpuUtilization[1m].groupBy(instancePoolId).count() >= 1"
  severity                     = "INFO"
  destinations                 = [oci_ons_notification_topic.alarms[0].id]
  is_enabled                   = true
  pending_duration             = "PT1M"
  repeat_notification_duration = "PT1M"
  message_format               = "RAW"
  freeform_tags                = local.freeform_tags
  defined_tags                 = local.defined_tags
}

resource "oci_autoscaling_auto_scaling_configuration" "pool" {
  count = var.autoscaling_pool_id == "" ? 0 : 1

  compartment_id       = local.autoscaling_compartment_id
  display_name         = var.name
  cool_down_in_seconds = var.cool_down_in_seconds
  is_enabled           = true
  freeform_tags        = local.freeform_tags
  defined_tags         = local.defined_tags

  auto_scaling_resources {
    id   = var.autoscaling_pool_id
    type = "instancePool"
  }

  policies {
    display_name = var.name
    policy_type  = "threshold"
    is_enabled   = true

    capacity {
      initial = var.minimum_size
      min     = var.minimum_size
      max     = var.maximum_size
    }

    dynamic "rules" {
      for_each = local.scaling_rules

      content {
        display_name = rules.key

        action {
          type  = "CHANGE_COUNT_BY"
          value = rules.value.change
        }

        metric {
          metric_source         = "CUSTOM_QUERY"
          metric_compartment_id = local.autoscaling_compartment_id
          namespace             = var.publish_namespace
          query                 = rules.value.query
          pending_duration      = var.pending_duration
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = var.publish_namespace != ""
      error_message = "Give the publish_namespace that the pool's configuration publishes to: the policy reads the average there."
    }
    precondition {
      condition     = var.scale_in_below < var.scale_out_above && var.minimum_size <= var.maximum_size
      error_message = "scale_in_below has to be less than scale_out_above, and minimum_size no more than maximum_size."
    }
  }
}

locals {
  autoscaling_compartment_id = var.pools_compartment_ids[0]
  # The newest point of the last three minutes and older ones weigh alike; no point, no decision.
  published_average = "CpuUtilization[3m]{instancePoolId = \"${var.autoscaling_pool_id}\"}.mean()"
  scaling_rules = {
    scale-out = { change = var.scale_out_by, query = "${local.published_average} > ${var.scale_out_above}" }
    scale-in  = { change = -1, query = "${local.published_average} < ${var.scale_in_below}" }
  }
}
