@critical @needs.http
Feature: Health tells whether leads can be taken and jobs are done

  @AUTO-HEALTH-01
  Rule: Health reports status, version, the state of Redis and the depth of the queue, and warns over the threshold

    Example: All is well
      Given Automation Orchestrator is running
      When the health of Automation Orchestrator is asked for
      Then Automation Orchestrator is healthy
      And the health has the version, a queue of jobs that is "ready", and its depth

    Example: The detailed health tells the same and more
      Given Automation Orchestrator is running
      When an admin tries to ask for the detailed health
      Then the answer is "allowed"
      And the detailed health has the version, a queue of jobs that is "ready", and its depth

    # Each workflow works on a lead of its own, whose delivery is a job too.
    Example: Jobs that wait are counted, and too many of them are warned of
      Given an Automation Orchestrator of its own is running in its "watchful" profile
      And the process "worker" has died
      When 8 workflows are triggered
      Then the health soon warns that 16 jobs wait, where 5 may

    Example: Two workflows and the deliveries of their two leads are below the threshold
      Given an Automation Orchestrator of its own is running in its "watchful" profile
      And the process "worker" has died
      When 2 workflows are triggered
      Then the health does not warn of the 4 jobs

    @needs.process-control
    Example: Redis has died
      Given Automation Orchestrator is running
      When the store "queue" has died
      Then the health soon says that the queue of jobs is "unavailable"
