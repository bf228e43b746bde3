@critical @needs.http
Feature: Every route that callers were promised is there

  The first stress run of this orchestrator failed more than a thousand times because routes were missing. A route that is
  missing is found here, before any load, and told apart from one that must be missing.

  @AUTO-API-01
  Rule: Each promised route answers

    Scenario Outline: <what>
      Given Automation Orchestrator is running
      When an admin tries to <what>
      Then the answer is "allowed"

      Examples:
        | what                        |
        | list the leads              |
        | create a lead               |
        | list the campaigns          |
        | create a campaign           |
        | trigger a workflow          |
        | start a workflow            |
        | ask for the health          |
        | ask for the detailed health |
        | read the metrics            |
        | ask for the detailed health elsewhere |
        | read the metrics elsewhere            |
        | read the documentation      |
        | read the other documentation |
        | read the API description    |

    Example: The metrics of a campaign are written and read back
      Given Automation Orchestrator is running
      And an admin has created a campaign
      When an admin writes 40 openings and 4 clicks into the metrics of the campaign
      Then the metrics of the campaign say 40 openings and 4 clicks

    Example: What is written about a campaign's metrics adds up
      Given Automation Orchestrator is running
      And an admin has created a campaign
      And an admin has written 40 openings and 4 clicks into the metrics of the campaign
      When an admin writes 2 openings and 1 clicks into the metrics of the campaign
      Then the metrics of the campaign say 42 openings and 5 clicks

  @AUTO-API-02
  Rule: A route that nobody promised is answered as not found, and a load counts that as expected

    Scenario Outline: A caller calls <route>
      Given Automation Orchestrator is running
      When an admin asks for "<route>", which is no route of leads or anything else
      Then the answer is "not-found"

      Examples:
        | route                        |
        | /api/nonexistent             |
        | /api/leads/                  |
        | /api/leadsx                  |
        | /api/campaigns/metrics/all   |

    Example: A load with intended misses tells them apart from failures
      Given Automation Orchestrator is running
      When users send 60 requests of the stress mix about leads, campaigns and workflows
      Then the intended misses of the stress mix are counted as expected, and nothing else is missing
