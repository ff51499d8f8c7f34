# Word for word the statements of docs/policies.md, which says why each is needed.

locals {
  # Of the whole tenancy, so a second stack in another region needs other names.
  tenancy_name = "${var.name}-${var.region}"

  measuring = flatten([for id in var.pools_compartment_ids : [
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to read instance-pools in compartment id ${id}",
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to read metrics in compartment id ${id} where target.metrics.namespace = 'oci_computeagent'",
  ]])
  finding_compartments = var.select_subcompartments ? [for id in var.pools_compartment_ids :
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to inspect compartments in compartment id ${id}"
  ] : []
  finding_hosts = var.find_hosts ? flatten([for id in var.pools_compartment_ids : [
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to inspect vnic-attachments in compartment id ${id}",
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to inspect instances in compartment id ${id}",
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to inspect vnics in compartment id ${id}",
  ]]) : []
  reading_secrets = [
    for secret_id in var.secret_ids :
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to read secret-bundles in compartment id ${var.secrets_compartment_id} where target.secret.id = '${secret_id}'"
  ]
  publishing = var.publish_namespace != "" ? [for id in var.pools_compartment_ids :
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to use metrics in compartment id ${id} where target.metrics.namespace = '${var.publish_namespace}'"
  ] : []
  # Its own metrics go to the function's compartment.
  telling = var.function_metrics_namespace != "" ? [
    "Allow dynamic-group ${oci_identity_dynamic_group.function.name} to use metrics in compartment id ${var.compartment_ocid} where target.metrics.namespace = '${var.function_metrics_namespace}'",
  ] : []
  events = var.create_event_rule ? [
    "Allow service cloudevents to use functions-family in compartment id ${var.compartment_ocid}",
  ] : []
  gateway = var.gateway_subnet_id != "" ? [
    "Allow any-user to use functions-family in compartment id ${var.compartment_ocid} where ALL {request.principal.type = 'ApiGateway', request.resource.compartment.id = '${var.compartment_ocid}'}",
  ] : []
  connector = var.create_connector ? concat(
    [for id in var.pools_compartment_ids :
      "Allow any-user to read metrics in compartment id ${id} where all {request.principal.type = 'serviceconnector', request.principal.compartment.id = '${var.compartment_ocid}', target.compartment.id in ('${id}'), target.metrics.namespace in ('oci_computeagent')}"
    ],
    [
      "Allow any-user to use fn-function in compartment id ${var.compartment_ocid} where all {request.principal.type = 'serviceconnector', request.principal.compartment.id = '${var.compartment_ocid}'}",
      "Allow any-user to use fn-invocation in compartment id ${var.compartment_ocid} where all {request.principal.type = 'serviceconnector', request.principal.compartment.id = '${var.compartment_ocid}'}",
    ],
  ) : []
  deployers = var.deployers_group != "" ? [
    "Allow group ${var.deployers_group} to manage functions-family in compartment id ${var.compartment_ocid}",
    "Allow group ${var.deployers_group} to use fn-invocation in compartment id ${var.compartment_ocid}",
    "Allow group ${var.deployers_group} to use virtual-network-family in compartment id ${var.compartment_ocid}",
    "Allow group ${var.deployers_group} to manage logging-family in compartment id ${var.compartment_ocid}",
    "Allow group ${var.deployers_group} to manage repos in compartment id ${var.compartment_ocid}",
    "Allow group ${var.deployers_group} to read objectstorage-namespaces in tenancy",
  ] : []
  schedule = var.create_schedule ? [
    "Allow dynamic-group ${oci_identity_dynamic_group.schedule[0].name} to read functions-family in compartment id ${var.compartment_ocid}",
    "Allow dynamic-group ${oci_identity_dynamic_group.schedule[0].name} to use fn-invocation in compartment id ${var.compartment_ocid} where target.function.id = '${local.function_id}'",
  ] : []
}

resource "oci_identity_dynamic_group" "function" {
  provider = oci.home

  compartment_id = var.tenancy_ocid
  name           = local.tenancy_name
  description    = "The function ${var.name}"
  matching_rule  = "ALL {resource.type = 'fnfunc', resource.id = '${local.function_id}'}"
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
}

resource "oci_identity_dynamic_group" "schedule" {
  count    = var.create_schedule ? 1 : 0
  provider = oci.home

  compartment_id = var.tenancy_ocid
  name           = "${local.tenancy_name}-schedule"
  description    = "The schedule that calls the function ${var.name}"
  matching_rule  = "ALL {resource.type = 'resourceschedule', resource.id = '${oci_resource_scheduler_schedule.function[0].id}'}"
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
}

# In the tenancy, as the compartments of function, pools and secrets may lie apart.
resource "oci_identity_policy" "function" {
  provider = oci.home

  compartment_id = var.tenancy_ocid
  name           = local.tenancy_name
  description    = "What the function ${var.name} may do, and who may call it"
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
  statements = concat(
    local.measuring,
    local.finding_compartments,
    local.finding_hosts,
    local.reading_secrets,
    local.publishing,
    local.telling,
    local.events,
    local.gateway,
    local.connector,
    local.schedule,
    local.deployers,
  )

  lifecycle {
    precondition {
      condition     = length(var.secret_ids) == 0 || var.secrets_compartment_id != ""
      error_message = "Give the secrets_compartment_id of the secrets."
    }
  }
}
