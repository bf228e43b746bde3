@critical @needs.http @needs.settings
Feature: A caller that asks too much is told to wait, and nobody else is

  @AUTO-RATE-01
  Rule: In each window the first so many requests pass, and the rest are told to wait, until the window is over

    Example: The last request within the limit and the first beyond it
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      When a user tries to list the leads 11 times in a row
      Then the first 10 answers are "allowed"
      And the last answer is "rate-limited"
      And it says to wait for at least 1 and at most 4 seconds
      And the refusal has the words and the wait that callers of the leads know

    Example: Who waits as told is served again
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      And a user has tried to list the leads 11 times in a row
      When the caller waits for as long as it was told and tries again
      Then the answer is "allowed"

    Example: At no moment do more pass than the limit, also not around the edge of a window
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      When a user lists the leads without a pause for 10 seconds
      Then in no window of 4 seconds did more than 10 requests for leads pass
      And at least 20 requests for leads passed in all

    Example: The health checks are never limited
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      And a user has tried to list the leads 11 times in a row
      When the health of Automation Orchestrator is asked for
      Then Automation Orchestrator is healthy

  @AUTO-RATE-02
  Rule: Users and addresses have buckets of their own, and the limit is one across all workers

    Example: Another user
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      And a user has tried to list the leads 11 times in a row
      When an admin tries to list the leads
      Then the answer is "allowed"

    Example: The limit is on the user, whatever it asks for
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      And a user has tried to list the leads 10 times in a row
      When a user tries to list the campaigns
      Then the answer is "rate-limited"

    Example: Callers without a name have the bucket of their address
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      When a caller at "127.0.0.2" asks for leads without a token 11 times
      Then the last answer is "rate-limited"
      And a caller at "127.0.0.3" who asks for leads without a token is not told to wait

    Example: An address that the caller made up does not count
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      When a caller asks for leads without a token 11 times, each time saying that it came from another address
      Then the last answer is "rate-limited"

    Example: Each request comes over a connection of its own, and so to any worker
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      When a user lists the leads 24 times, each time over a connection of its own
      Then exactly 10 requests for leads passed

    Example: Requests at the same moment over many connections
      Given an Automation Orchestrator of its own is running in its "rate-limited" profile
      When a user lists the leads 24 times at the same moment
      Then exactly 10 requests for leads passed
