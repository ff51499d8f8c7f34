# Word for word the statements of docs/deploy.md, which says why each is needed.

locals {
  measuring = [
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to read instance-pools in compartment id ${var.pools_compartment_id}",
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to read metrics in compartment id ${var.pools_compartment_id} where target.metrics.namespace = 'oci_computeagent'",
  ]
  finding_hosts = var.find_hosts ? [
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to inspect vnic-attachments in compartment id ${var.pools_compartment_id}",
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to inspect instances in compartment id ${var.pools_compartment_id}",
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to inspect vnics in compartment id ${var.pools_compartment_id}",
  ] : []
  reading_secrets = [
    for secret_id in var.secret_ids :
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to read secret-bundles in compartment id ${var.secrets_compartment_id} where target.secret.id = '${secret_id}'"
  ]
  publishing = var.publish_namespace != "" ? [
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to use metrics in compartment id ${var.pools_compartment_id} where target.metrics.namespace = '${var.publish_namespace}'",
  ] : []
  events = var.create_event_rule ? [
    "Allow service cloudevents to use functions-family in compartment id ${var.compartment_ocid}",
  ] : []
  schedule = var.create_schedule ? [
    "Allow dynamic-group ${oci_identity_dynamic_group.schedule[0].name} to read functions-family in compartment id ${var.compartment_ocid}",
    "Allow dynamic-group ${oci_identity_dynamic_group.schedule[0].name} to use fn-invocation in compartment id ${var.compartment_ocid} where target.function.id = '${oci_functions_function.pool_utilization.id}'",
  ] : []
}

resource "oci_identity_dynamic_group" "function" {
  provider = oci.home

  compartment_id = var.tenancy_ocid
  name           = var.name
  description    = "The function ${var.name}"
  matching_rule  = "ALL {resource.type = 'fnfunc', resource.id = '${oci_functions_function.pool_utilization.id}'}"
}

resource "oci_identity_dynamic_group" "schedule" {
  count    = var.create_schedule ? 1 : 0
  provider = oci.home

  compartment_id = var.tenancy_ocid
  name           = "${var.name}-schedule"
  description    = "The schedule that calls the function ${var.name}"
  matching_rule  = "ALL {resource.type = 'resourceschedule', resource.id = '${oci_resource_scheduler_schedule.function[0].id}'}"
}

# In the tenancy, as the compartments of function, pools and secrets may lie apart.
resource "oci_identity_policy" "function" {
  provider = oci.home

  compartment_id = var.tenancy_ocid
  name           = var.name
  description    = "What the function ${var.name} may do, and who may call it"
  statements = concat(
    local.measuring,
    local.finding_hosts,
    local.reading_secrets,
    local.publishing,
    local.events,
    local.schedule,
  )

  lifecycle {
    precondition {
      condition     = length(var.secret_ids) == 0 || var.secrets_compartment_id != ""
      error_message = "Give the secrets_compartment_id of the secrets."
    }
  }
}
