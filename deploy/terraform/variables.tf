# Resource Manager fills in the first three; schema.yaml says how it asks for the others.

variable "tenancy_ocid" {
  type        = string
  description = "OCID of the tenancy."
}

variable "region" {
  type        = string
  description = "Region of the function, such as us-ashburn-1."
}

variable "compartment_ocid" {
  type        = string
  description = "OCID of the compartment for everything that this stack makes."
}

variable "name" {
  type        = string
  default     = "oci-pool-utilization"
  description = "Name of the function, and beginning of every other name."

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]{0,79}$", var.name))
    error_message = "Letters, digits, - and _ only, as it becomes part of policies."
  }
}

# The network

variable "create_network" {
  type        = bool
  default     = false
  description = "Make a VCN with a private subnet and a service gateway, instead of using yours."
}

variable "network_cidr" {
  type        = string
  default     = "10.90.0.0/24"
  description = "Address range of the VCN to make."
}

variable "vcn_id" {
  type        = string
  default     = ""
  description = "OCID of your VCN; only Resource Manager's form needs it, to list the subnets."
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "OCID of your subnet; it must reach OCI's services, and Prometheus if that is asked."
}

variable "network_security_group_ids" {
  type        = list(string)
  default     = []
  description = "OCIDs of the network security groups that the function belongs to."
}

# The function

variable "image" {
  type        = string
  description = "Image in OCI's registry, in the region of the function: <region key>.ocir.io/<namespace>/<repository>:<tag>."
}

variable "memory_in_mbs" {
  type        = number
  default     = 256
  description = "Memory of the function in MB. 128 is enough; more memory comes with more CPU, so it starts faster."

  validation {
    condition     = contains([128, 256, 512, 1024, 2048, 3072], var.memory_in_mbs)
    error_message = "OCI Functions has 128, 256, 512, 1024, 2048 and 3072 MB."
  }
}

variable "timeout_in_seconds" {
  type        = number
  default     = 60
  description = "How long an invocation may take whose caller waits."

  validation {
    condition     = var.timeout_in_seconds >= 5 && var.timeout_in_seconds <= 300
    error_message = "From 5 to 300 seconds."
  }
}

variable "detached_timeout_in_seconds" {
  type        = number
  default     = 120
  description = "How long an invocation may take that nobody waits for, such as the schedule's."

  validation {
    condition     = var.detached_timeout_in_seconds >= 5 && var.detached_timeout_in_seconds <= 3600
    error_message = "From 5 to 3600 seconds."
  }
}

# Its configuration; an empty text leaves the key out

variable "pools" {
  type        = string
  default     = ""
  description = "POOLS: the pools and their defaults, as JSON or YAML text."

  validation {
    condition     = var.pools == "" || try(length(jsonencode(yamldecode(var.pools))) < 4000, false)
    error_message = "JSON or YAML, of less than 4 KB; for more, use POOLS_FILE in an image of your own."
  }
}

variable "prometheus_url" {
  type        = string
  default     = ""
  description = "PROMETHEUS_URL: base URL of the Prometheus server, if pools are measured there."
}

variable "on_error" {
  type        = string
  default     = "return"
  description = "ON_ERROR: throw makes a failed document a failed invocation."
}

variable "log_level" {
  type        = string
  default     = "INFO"
  description = "LOG_LEVEL: DEBUG, INFO, WARN or ERROR."
}

variable "more_config" {
  type        = string
  default     = "{}"
  description = "Further configuration keys, a JSON object of texts. Not for secrets: they would be readable in the state."

  validation {
    condition     = can({ for key, value in jsondecode(var.more_config) : key => tostring(value) })
    error_message = "A JSON object whose values are texts."
  }
}

# What it may do

variable "pools_compartment_id" {
  type        = string
  description = "OCID of the compartment of the instance pools and their instances."
}

variable "find_hosts" {
  type        = bool
  default     = false
  description = "Let it look up addresses: for pools matched on Prometheus by hostname or privateIp."
}

variable "secrets_compartment_id" {
  type        = string
  default     = ""
  description = "OCID of the compartment of the secrets."
}

variable "secret_ids" {
  type        = list(string)
  default     = []
  description = "OCIDs of the Vault secrets that it may read."
}

variable "publish_namespace" {
  type        = string
  default     = ""
  description = "Namespace in which it may post custom metrics; empty means none."

  validation {
    condition     = var.publish_namespace == "" || can(regex("^[A-Za-z][A-Za-z0-9_]*$", var.publish_namespace)) && !can(regex("^(oci|oracle)_", var.publish_namespace))
    error_message = "A letter, then letters, digits and _; not beginning with oci_ or oracle_."
  }
}

# Its log

variable "create_log" {
  type        = bool
  default     = true
  description = "Make a log group with the log of the application."
}

variable "log_retention_days" {
  type        = number
  default     = 30
  description = "How long the log is kept: 30, 60, 90, 120, 150 or 180 days."

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180], var.log_retention_days)
    error_message = "30, 60, 90, 120, 150 or 180 days."
  }
}

# Who calls it

variable "create_schedule" {
  type        = bool
  default     = false
  description = "Call it on a schedule of OCI Resource Scheduler."
}

variable "schedule_cron" {
  type        = string
  default     = "0 * * * *"
  description = "When, in UTC: minute, hour, day of the month, month, day of the week."
}

variable "schedule_body" {
  type        = string
  default     = "{}"
  description = "The request that the schedule sends; {} measures all configured pools."

  validation {
    condition     = can(jsondecode(var.schedule_body))
    error_message = "A JSON document."
  }
}

variable "create_alarm_topic" {
  type        = bool
  default     = false
  description = "Make a topic that calls the function, for alarms."
}

variable "alarm_query" {
  type        = string
  default     = ""
  description = "MQL of an alarm on that topic; it must keep the dimension instancePoolId. Empty means none."
}

variable "alarm_severity" {
  type        = string
  default     = "WARNING"
  description = "Severity of the alarm: CRITICAL, ERROR, WARNING or INFO."
}

variable "create_event_rule" {
  type        = bool
  default     = false
  description = "Call it when an instance pool of the compartment changes."
}
