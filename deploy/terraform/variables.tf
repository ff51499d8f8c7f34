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

variable "freeform_tags" {
  type        = string
  default     = "{}"
  description = "Tags of everything that this stack makes, a JSON object of texts."

  validation {
    condition     = can({ for key, value in jsondecode(var.freeform_tags) : key => tostring(value) })
    error_message = "A JSON object whose values are texts."
  }
}

variable "defined_tags" {
  type        = string
  default     = "{}"
  description = "Defined tags of everything that this stack makes, a JSON object such as {\"Operations.CostCenter\": \"42\"}."

  validation {
    condition     = can({ for key, value in jsondecode(var.defined_tags) : key => tostring(value) })
    error_message = "A JSON object whose keys are namespace and key with a dot between them, and whose values are texts."
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

variable "network_compartment_id" {
  type        = string
  default     = ""
  description = "OCID of the compartment of your VCN; only Resource Manager's form needs it, to list what is there."
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

variable "function_id" {
  type        = string
  default     = ""
  description = "OCID of a function that was made from the package; empty makes one from the image."
}

variable "image" {
  type        = string
  default     = ""
  description = "Image in OCI's registry, in the region of the function: <region key>.ocir.io/<namespace>/<repository>:<tag>."
}

variable "shape" {
  type        = string
  default     = "GENERIC_X86"
  description = "Processors of the application: GENERIC_X86, GENERIC_ARM or GENERIC_X86_ARM; the image has to be for them."

  validation {
    condition     = contains(["GENERIC_X86", "GENERIC_ARM", "GENERIC_X86_ARM"], var.shape)
    error_message = "GENERIC_X86, GENERIC_ARM or GENERIC_X86_ARM."
  }
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
    error_message = "JSON or YAML, of less than 4 KB; for more, put the file into the package or the image and set POOLS_FILE, or select the pools."
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

variable "pools_compartment_ids" {
  type        = list(string)
  description = "OCIDs of the compartments of the instance pools and their instances, that of autoscaling_pool_id first."

  validation {
    condition     = length(var.pools_compartment_ids) > 0
    error_message = "Give one compartment at least."
  }
}

variable "select_subcompartments" {
  type        = bool
  default     = false
  description = "Let it find the compartments below that of the pools: for select with includeSubcompartments."
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

variable "deployers_group" {
  type        = string
  default     = ""
  description = "Name of the group whose users deploy the function and call it; empty adds no statement."
}

# What it tells

variable "function_metrics_namespace" {
  type        = string
  default     = ""
  description = "FUNCTION_METRICS_NAMESPACE: namespace of the function's own metrics; empty means none."
}

variable "apm_domain_id" {
  type        = string
  default     = ""
  description = "OCID of the APM domain that traces go to; empty means none."
}

variable "success_topic_id" {
  type        = string
  default     = ""
  description = "OCID of the topic that is told of each call that nobody waited for, with its answer; empty means none."
}

variable "failure_topic_id" {
  type        = string
  default     = ""
  description = "OCID of the topic that is told of each such call that failed; it takes ON_ERROR throw. Empty means none."
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

variable "create_connector" {
  type        = bool
  default     = false
  description = "Make a connector of Connector Hub that calls it with the metrics of the pools' instances."
}

variable "gateway_subnet_id" {
  type        = string
  default     = ""
  description = "OCID of the subnet of a private API gateway whose route /pools/utilization calls it; empty makes none."
}

# The loop

variable "create_clock" {
  type        = bool
  default     = false
  description = "Call it every minute for the pools that report, by an alarm that repeats itself."
}

variable "autoscaling_pool_id" {
  type        = string
  default     = ""
  description = "OCID of the pool that is scaled on its published average; empty makes no autoscaling configuration."
}

variable "minimum_size" {
  type        = number
  default     = 1
  description = "The least instances of that pool."
}

variable "maximum_size" {
  type        = number
  default     = 10
  description = "The most instances of that pool."
}

variable "scale_out_above" {
  type        = number
  default     = 70
  description = "Average CPU utilization in percent above which instances are added."
}

variable "scale_out_by" {
  type        = number
  default     = 1
  description = "How many instances are added at a time; one is taken away at a time."
}

variable "scale_in_below" {
  type        = number
  default     = 30
  description = "Average CPU utilization in percent below which an instance is taken away."
}

variable "pending_duration" {
  type        = string
  default     = "PT3M"
  description = "How long the average has to be beyond a threshold before the pool is scaled: PT3M to PT1H."

  validation {
    condition     = can(regex("^PT([3-9]|[1-5][0-9]|60)M$", var.pending_duration)) || var.pending_duration == "PT1H"
    error_message = "From PT3M to PT60M, or PT1H."
  }
}

variable "cool_down_in_seconds" {
  type        = number
  default     = 600
  description = "How long after a change of the pool's size there is no other."

  validation {
    condition     = var.cool_down_in_seconds >= 300
    error_message = "OCI takes 300 seconds at least."
  }
}
