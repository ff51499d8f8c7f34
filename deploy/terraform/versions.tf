terraform {
  required_version = ">= 1.5"

  required_providers {
    oci = {
      source = "oracle/oci"
      # The arguments were checked against the documentation of this version; the next major one may
      # rename them.
      version = ">= 8.28.0, < 9.0.0"
    }
  }
}

provider "oci" {
  region = var.region
}

# Dynamic groups and policies can be written in the tenancy's home region only.
provider "oci" {
  alias  = "home"
  region = local.home_region
}

data "oci_identity_region_subscriptions" "tenancy" {
  tenancy_id = var.tenancy_ocid
}

locals {
  home_region = one([
    for subscription in data.oci_identity_region_subscriptions.tenancy.region_subscriptions :
    subscription.region_name if subscription.is_home_region
  ])
}
