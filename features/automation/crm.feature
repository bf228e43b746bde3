@blocker @needs.http @needs.backends
Feature: Each lead reaches the customer database once, whatever becomes of that

  The customer database is somebody else's. It is slow, it fails, it loses answers; no lead may be lost or doubled by that,
  and nobody who creates leads may wait for it.

  @AUTO-CRM-01
  Rule: A lead is delivered to the configured address, and what is missing in the configuration is said exactly

    Example: A new lead
      Given the companions "crm" are running
      And Automation Orchestrator is running
      When a user creates a lead with {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
      Then the delivery of the lead ends as "delivered"
      And "crm" has kept the lead once, as it was written

    Example: Leads in bulk
      Given the companions "crm" are running
      And Automation Orchestrator is running
      When a user creates 12 leads in bulk
      Then "crm" has kept each lead once

    @needs.settings
    Scenario Outline: The address is <what>
      When Automation Orchestrator is started with the settings
        | setting                     | value   |
        | AUTOMATION_CRM_API_BASE_URL | <value> |
      Then Automation Orchestrator refuses to start and names "api_base_url"

      Examples:
        | what               | value          |
        | without a scheme   | localhost:9000 |
        | no address at all  | nowhere        |

  @AUTO-CRM-02
  Rule: A customer database that is slow, failing or down delays nothing else, and gets each lead once when it is back

    Scenario Outline: The customer database <trouble>
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And "crm" <trouble>
      And a user has created 5 leads within 2 seconds
      When "crm" is back
      Then the delivery of each lead ends as "delivered"
      And "crm" has kept each lead once

      Examples:
        | trouble                                       |
        | has died                                      |
        | answers every call with an error              |
        | takes every call and then breaks the connection |
        | takes 4 seconds to answer                     |

    Example: It hangs, and workflows go on
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And "crm" hangs
      And a user has created 20 leads within 4 seconds
      When a user has a workflow started
      Then the workflow ends as "completed"

    Example: A worker is killed after the delivery and before it has noted that
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And "crm" takes 2 seconds to answer
      And a user has created 5 leads within 2 seconds
      And the process "worker" has died
      When the process "worker" is back
      Then the delivery of each lead ends as "delivered"
      And "crm" has kept each lead once
