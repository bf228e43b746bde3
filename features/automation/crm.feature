@blocker @needs.http @needs.backends
Feature: Each lead reaches the customer database once, whatever becomes of that

  The customer database is somebody else's. It is slow, it fails, it loses answers; no lead may be lost or doubled by that,
  and nobody who creates leads may wait for it.

  @AUTO-CRM-01
  Rule: A lead is delivered to the configured address, and what is missing in the configuration is said exactly

    Scenario Outline: A new lead with <what>
      Given the companions "crm" are running
      And Automation Orchestrator is running
      When a user creates a lead with <fields>
      Then the delivery of each lead ends as "delivered"
      And "crm" has kept each lead once, as it was written

      Examples:
        | what         | fields                                                                                 |
        | many fields  | {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org", "score": 7} |
        | other script | {"first_name": "Zoë 李", "company": "Łódź & Söhne"}                                    |
        | nothing      | no fields                                                                              |

    Example: Leads in bulk
      Given the companions "crm" are running
      And Automation Orchestrator is running
      When a user creates 12 leads in bulk
      Then the delivery of each lead ends as "delivered"
      And "crm" has kept each lead once, as it was written

    @needs.settings
    Example: No address is configured
      Given Automation Orchestrator is running in its "without-crm" profile
      When a user creates a lead with {"first_name": "Ada"}
      Then the delivery of the lead says "not configured" and names "api_base_url"

    @needs.settings
    Scenario Outline: The address is <what>
      When Automation Orchestrator is started with the settings
        | setting                     | value   |
        | AUTOMATION_CRM_API_BASE_URL | <value> |
      Then Automation Orchestrator refuses to start and names "api_base_url"

      Examples:
        | what              | value                |
        | without a scheme  | localhost:9000       |
        | of another kind   | ftp://localhost:9000 |

    @needs.settings
    Example: Delivery is switched on without an address
      When Automation Orchestrator is started with the settings
        | setting                     | value |
        | AUTOMATION_CRM_API_BASE_URL |       |
        | AUTOMATION_CRM_ENABLED      | true  |
      Then Automation Orchestrator refuses to start and names "api_base_url"

  @AUTO-CRM-02
  Rule: A customer database that is slow, failing or down delays nothing else, and gets each lead once when it is back

    Scenario Outline: The customer database <trouble>
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And "crm" <trouble>
      And a user has created 5 leads within 3 seconds
      When "crm" is back
      Then the delivery of each lead ends as "delivered"
      And "crm" has kept each lead once, as it was written

      Examples:
        | trouble                                         |
        | has died                                        |
        | answers every call with an error                |
        | takes every call and then breaks the connection |

    Scenario Outline: The customer database <how>
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And for the delivery of leads "crm" <how>
      When a user creates 3 leads within 3 seconds
      Then the delivery of each lead ends as "delivered"
      And "crm" was given the same key with each attempt at a lead
      And "crm" has kept each lead once, as it was written

      Examples:
        | how                                           |
        | keeps one lead and answers after the time-out |
        | keeps one lead and sends half of its answer   |
        | keeps one lead and answers with an error      |
        | answers twice with an error and then works    |

    Scenario Outline: It <how>
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And for the delivery of leads "crm" <how>
      When a user creates a lead with {"first_name": "Patient"}
      Then the delivery of each lead ends as "delivered"
      And "crm" was left alone with the lead for at least <seconds> seconds

      Examples:
        | how                                      | seconds |
        | asks to wait for 2 seconds               | 2       |
        | asks to wait until a date 3 seconds away | 2       |

    Example: It hangs, and workflows go on
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And "crm" hangs
      And a user has created 20 leads within 5 seconds
      When a user has a workflow started
      Then the workflow ends as "completed"

    @needs.process-control
    Example: A worker is killed after the delivery and before it has noted that
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And for the delivery of leads "crm" keeps one lead and answers after the time-out
      And a user has created 5 leads within 3 seconds
      And the process "worker" has died
      When the process "worker" is back
      Then the delivery of each lead ends as "delivered"
      And "crm" has kept each lead once, as it was written
