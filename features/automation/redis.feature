@critical @needs.http @needs.settings @needs.process-control
Feature: What happens without Redis is what was agreed

  @AUTO-REDIS-01
  Rule: Redis is ready, replaced, unavailable or required, as it was configured, and health says which

    Example: Redis is there
      Given Automation Orchestrator is running
      When the health of Automation Orchestrator is asked for
      Then the health has the version, a queue of jobs that is "ready", and its depth

    Example: Redis is absent and may be replaced
      Given Automation Orchestrator is running in its "fallback" profile
      When the health of Automation Orchestrator is asked for
      Then the health has the version, a queue of jobs that is "fallback", and its depth

    Example: What was accepted with the replacement is done
      Given Automation Orchestrator is running in its "fallback" profile
      When a user has a workflow started
      Then the workflow ends as "completed"

    Example: Redis is absent, and neither replaced nor required
      Given Automation Orchestrator is running in its "without-redis" profile
      When a user creates a lead with {"first_name": "Ada"}
      Then the lead can be read back as it was written
      And the health soon says that the queue of jobs is "unavailable"

    Example: The replacement is wanted although Redis is there
      Given Automation Orchestrator is running in its "fake-redis" profile
      When the health of Automation Orchestrator is asked for
      Then the health has the version, a queue of jobs that is "fallback", and its depth

    Scenario Outline: Redis is absent and required, and <also>
      When Automation Orchestrator is started with the settings
        | setting                         | value                 |
        | AUTOMATION_REDIS_URL            | redis://127.0.0.1:1/0 |
        | AUTOMATION_REDIS_REQUIRED       | true                  |
        | AUTOMATION_REDIS_ALLOW_FALLBACK | <fallback>            |
      Then Automation Orchestrator refuses to start and names "redis.required"

      Examples:
        | also                | fallback |
        | may not be replaced | false    |
        | may be replaced     | true     |

    Example: Redis is required, and wanted replaced
      When Automation Orchestrator is started with the settings
        | setting                         | value |
        | AUTOMATION_REDIS_REQUIRED       | true  |
        | AUTOMATION_REDIS_USE_FAKE_REDIS | true  |
      Then Automation Orchestrator refuses to start and names "use_fake_redis"

  @AUTO-REDIS-02
  Rule: When Redis is lost health says so, nothing that was accepted is lost, and all recovers by itself

    Example: Redis dies before the work and comes back
      Given Automation Orchestrator is running
      And the store "queue" has died
      And 5 workflows have been triggered
      When the store "queue" is back
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once
      And the health soon says that the queue of jobs is "ready"

    Example: Redis dies in the middle of the work and comes back
      Given Automation Orchestrator is running
      And 10 workflows with slow steps have been triggered
      And the store "queue" has died
      When the store "queue" is back
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    Example: Redis forgets everything while jobs wait in it
      Given Automation Orchestrator is running
      And 40 workflows with slow steps have been triggered
      When the queue loses all its jobs
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    Example: Redis is full
      Given Automation Orchestrator is running
      And the store "queue" is full
      And 5 workflows have been triggered
      When the store "queue" is back
      Then each workflow ends as "completed"

    Example: Leads are taken and read while Redis is away
      Given Automation Orchestrator is running
      And the store "queue" has died
      When a user creates a lead with {"first_name": "Ada"}
      Then the lead can be read back as it was written
      And the health soon says that the queue of jobs is "unavailable"

    Example: It is replaced meanwhile, and comes back
      Given Automation Orchestrator is running in its "with-fallback" profile
      And 6 workflows with slow steps have been triggered
      And the store "queue" has died
      And the health has said that the queue of jobs is "fallback"
      And 4 workflows have been triggered
      When the store "queue" is back
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once
      And the health soon says that the queue of jobs is "ready"
