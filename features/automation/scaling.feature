@critical @needs.http @needs.process-control
Feature: More workers do more, and stay as one

  @AUTO-SCALE-01
  Rule: More workers give more throughput, and sessions, limits and metrics stay right across them

    @needs.backends @exclusive
    Example: Deliveries to a customer database that takes its time
      Given the companions "crm" are running
      And Automation Orchestrator is running
      And "crm" takes 1 seconds to answer
      When 24 leads are delivered by 1 workers, and 24 more by 3
      Then the deliveries of leads by 3 workers took at most 0.7 times as long

    Example: A pass from one worker opens all
      Given Automation Orchestrator is running
      And a log-in has been tried as "user" with the right password
      When the holder of the pass lists the leads 20 times, each time over a connection of its own
      Then every request for leads was answered

    Example: An API key that one worker made is known to all
      Given Automation Orchestrator is running
      And a user has made an API key
      When the holder of the API key lists the leads 20 times, each time over a connection of its own
      Then every request for leads was answered

    Example: An API key that one worker revoked is refused by all
      Given Automation Orchestrator is running
      And a user has made an API key
      And the API key has been revoked
      When the holder of the API key lists the leads 20 times, each time over a connection of its own
      Then every request for leads was refused
