/**
 * The arguments that the stack gives to each kind of resource, with those of nested blocks, as the
 * documentation of the OCI provider 8.28.0 has them. Look a new one up there before it goes in here.
 */
export const providerArguments: Readonly<Record<string, string>> = {
  oci_core_route_table:
    "compartment_id display_name vcn_id route_rules route_rules.destination route_rules.destination_type route_rules.network_entity_id",
  oci_core_security_list:
    "compartment_id display_name vcn_id egress_security_rules egress_security_rules.destination egress_security_rules.destination_type egress_security_rules.protocol egress_security_rules.tcp_options egress_security_rules.tcp_options.max egress_security_rules.tcp_options.min",
  oci_core_service_gateway: "compartment_id display_name vcn_id services services.service_id",
  oci_core_subnet:
    "cidr_block compartment_id display_name prohibit_public_ip_on_vnic route_table_id security_list_ids vcn_id",
  oci_core_vcn: "cidr_blocks compartment_id display_name",
  oci_events_rule:
    "compartment_id condition description display_name is_enabled actions actions.action actions.action.action_type actions.action.function_id actions.action.is_enabled",
  oci_functions_application: "compartment_id display_name network_security_group_ids subnet_ids",
  oci_functions_function:
    "application_id config detached_mode_timeout_in_seconds display_name image memory_in_mbs timeout_in_seconds",
  oci_identity_dynamic_group: "compartment_id description matching_rule name",
  oci_identity_policy: "compartment_id description name statements",
  oci_logging_log:
    "display_name is_enabled log_group_id log_type retention_duration configuration configuration.compartment_id configuration.source configuration.source.category configuration.source.resource configuration.source.service configuration.source.source_type",
  oci_logging_log_group: "compartment_id display_name",
  oci_monitoring_alarm:
    "compartment_id destinations display_name is_enabled metric_compartment_id namespace query severity",
  oci_ons_notification_topic: "compartment_id description name",
  oci_ons_subscription: "compartment_id endpoint protocol topic_id",
  oci_resource_scheduler_schedule:
    "action compartment_id description display_name recurrence_details recurrence_type resources resources.id resources.metadata resources.parameters resources.parameters.parameter_type resources.parameters.value",
};

/** What Terraform itself reads of a resource. */
export const metaArguments = ["count", "provider", "lifecycle"];
