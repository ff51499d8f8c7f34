output "function_id" {
  value       = local.function_id
  description = "OCID of the function, for oci fn function invoke."
}

output "invoke_endpoint" {
  value       = local.makes_function ? one(oci_functions_function.pool_utilization[*].invoke_endpoint) : one(data.oci_functions_function.existing[*].invoke_endpoint)
  description = "Where it is invoked."
}

output "node_options" {
  value       = local.node_options
  description = "What NODE_OPTIONS of its configuration is to be; a function of your own (function_id) needs it set by hand."
}

output "alarm_topic_id" {
  value       = one(oci_ons_notification_topic.alarms[*].id)
  description = "OCID of the topic to send alarms to, if it was asked for."
}

output "gateway_endpoint" {
  value       = one(oci_apigateway_deployment.function[*].endpoint)
  description = "Where the gateway's route begins, if there is one; the function is at /utilization below it."
}
