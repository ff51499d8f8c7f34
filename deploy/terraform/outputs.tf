output "function_id" {
  value       = oci_functions_function.pool_utilization.id
  description = "OCID of the function, for oci fn function invoke."
}

output "invoke_endpoint" {
  value       = oci_functions_function.pool_utilization.invoke_endpoint
  description = "Where it is invoked."
}

output "alarm_topic_id" {
  value       = one(oci_ons_notification_topic.alarms[*].id)
  description = "OCID of the topic to send alarms to, if it was asked for."
}
