@critical @needs.http @needs.metrics
Feature: The metrics agree with the requests that were made

  @AUTO-METRIC-01
  Rule: Requests, failures, latency, uptime, queue and limit are as callers saw them, whichever worker served them

    Example: Requests and failures are each counted once, over all workers
      Given an Automation Orchestrator of its own is running
      And the metrics of leads and workflows have been read
      When 20 good and 7 bad requests for leads are made, each over a connection of its own
      Then the metrics of leads count 27 more requests, of which 7 failed

    Example: Every worker tells the same
      Given an Automation Orchestrator of its own is running
      And a user has tried to list the leads 10 times in a row
      When the metrics of leads are read 12 times, each time over a connection of its own
      Then each reading counted the requests for leads of all workers

    Example: The latency covers what callers waited for
      Given an Automation Orchestrator of its own is running
      And the metrics of leads and workflows have been read
      When a user lists the leads 20 times, each time over a connection of its own
      Then the average latency of the metrics is at most what the callers of leads waited for

    Example: The longest request is in the maximum
      Given an Automation Orchestrator of its own is running
      When a log-in is tried as "user" with the right password
      Then the maximum latency of the metrics is at least a part of what the caller of the log-in waited for

    Example: The uptime goes on
      Given an Automation Orchestrator of its own is running
      And the metrics of leads and workflows have been read
      When 2 seconds pass without any lead
      Then the uptime of the metrics grew by what has passed while no lead was asked for

    Example: The queue's depth counts what waits, and not what is done
      Given an Automation Orchestrator of its own is running
      And the process "worker" has died
      And 6 workflows have been triggered
      And the queue depth of the jobs is at least 6
      When the process "worker" is back
      Then each workflow ends as "completed"
      And the queue depth of the jobs goes back to 0

    @needs.settings
    Example: The settings of the rate limit are shown
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      When an admin tries to read the metrics
      Then the metrics say that a limit of 10 requests per 4 seconds is on leads and all else

    Example: Scrapers get the same figures in their own format
      Given an Automation Orchestrator of its own is running
      When a user tries to list the leads 5 times in a row
      Then the metrics of leads tell the same in the format of scrapers
