# Optional: the least that the function needs. A private subnet whose only way out is the service
# gateway reaches OCI's services in the region, and nothing else; Prometheus needs a way of its own.

locals {
  makes_network = var.create_network && local.makes_function
  subnet_id     = local.makes_network ? oci_core_subnet.function[0].id : var.subnet_id
}

data "oci_core_services" "region" {
  count = local.makes_network ? 1 : 0

  filter {
    name   = "name"
    values = ["All .* Services In Oracle Services Network"]
    regex  = true
  }
}

resource "oci_core_vcn" "function" {
  count = local.makes_network ? 1 : 0

  compartment_id = var.compartment_ocid
  cidr_blocks    = [var.network_cidr]
  display_name   = var.name
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags
}

resource "oci_core_service_gateway" "function" {
  count = local.makes_network ? 1 : 0

  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.function[0].id
  display_name   = var.name
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags

  services {
    service_id = data.oci_core_services.region[0].services[0].id
  }
}

resource "oci_core_route_table" "function" {
  count = local.makes_network ? 1 : 0

  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.function[0].id
  display_name   = var.name
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags

  route_rules {
    destination       = data.oci_core_services.region[0].services[0].cidr_block
    destination_type  = "SERVICE_CIDR_BLOCK"
    network_entity_id = oci_core_service_gateway.function[0].id
  }
}

resource "oci_core_security_list" "function" {
  count = local.makes_network ? 1 : 0

  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.function[0].id
  display_name   = var.name
  freeform_tags  = local.freeform_tags
  defined_tags   = local.defined_tags

  # HTTPS to OCI's services. Nothing comes in: Fn calls the function from within.
  egress_security_rules {
    destination      = data.oci_core_services.region[0].services[0].cidr_block
    destination_type = "SERVICE_CIDR_BLOCK"
    protocol         = "6"

    tcp_options {
      min = 443
      max = 443
    }
  }
}

resource "oci_core_subnet" "function" {
  count = local.makes_network ? 1 : 0

  compartment_id             = var.compartment_ocid
  vcn_id                     = oci_core_vcn.function[0].id
  cidr_block                 = var.network_cidr
  display_name               = var.name
  freeform_tags              = local.freeform_tags
  defined_tags               = local.defined_tags
  prohibit_public_ip_on_vnic = true
  route_table_id             = oci_core_route_table.function[0].id
  security_list_ids          = [oci_core_security_list.function[0].id]
}
