@critical @needs.http @exclusive
Feature: The stress run that this orchestrator once failed is passed

  Fifty users, ten more each second, work with leads, campaigns and workflows as the first stress run did. How long it lasts
  is scaled by setting; its limits are not.

  @AUTO-LOAD-01
  Rule: At least 98 % of the requests pass, and no connection is reset or lost

    Example: The stress run
      Given Automation Orchestrator is running in its "stress" profile
      When the stress mix about leads, campaigns and workflows is sent by 50 users, 10 more each second
      Then at least 98 % succeed
      And no connection of the stress mix was reset or refused

    Example: A wrong password is said before the load begins
      Given Automation Orchestrator is running in its "stress" profile
      When the stress mix about leads, campaigns and workflows is prepared with the password "admin"
      Then it is said before any load about leads that the password of "admin" is wrong

  @AUTO-LOAD-02
  Rule: The answers come within the limits of the source, and within our own

    Example: The stress run
      Given Automation Orchestrator is running in its "stress" profile
      When the stress mix about leads, campaigns and workflows is sent by 50 users, 10 more each second
      Then 95 % of requests take at most 500 ms
      And the average of the stress mix is at most 10 seconds
      And the stress mix served more than 500 requests per 10 minutes

  @AUTO-LOAD-03
  Rule: The result has a row for each route, with failures by kind, and intended misses apart

    Example: The stress run
      Given Automation Orchestrator is running in its "stress" profile
      When the stress mix about leads, campaigns and workflows is sent by 50 users, 10 more each second
      Then the result of the stress mix has a row for each route with requests, success, average and percentiles
      And the intended misses of the stress mix are counted as expected, and nothing else is missing

    Example: Client errors, missing routes and intended misses are told apart
      Given Automation Orchestrator is running in its "stress" profile
      When a stress mix about leads is sent with a bad lead, a route that is missing and an intended miss
      Then the result of the stress mix tells the three apart

  @AUTO-LOAD-04
  Rule: Two runs can be compared, with the change in percent

    @slow
    Example: One worker and four
      Given the stress mix about leads has been sent to Automation Orchestrator with 1 workers
      When the stress mix about leads is sent to Automation Orchestrator with 4 workers
      Then the comparison of the stress mixes has requests, success, resets and percentiles of each route, in percent

  @AUTO-LOAD-05
  Rule: Users are raised until the objectives break, and the capacity that was found is reported

    @slow
    Example: From 25 users on
      Given Automation Orchestrator is running in its "stress" profile
      When the users of the stress mix of leads are raised from 25 on, while 95 % take at most 500 ms and 98 % succeed
      Then the capacity of the stress mix of leads is reported, and is at least 50 users

  @AUTO-FULL-01
  Rule: With auth, limit and queue all on the stress run keeps 98 %, and one chart shows queue, latency and blocks

    Example: The stress run, and one caller who asks too much
      Given an Automation Orchestrator of its own is running in its "full" profile
      When the stress mix about leads, campaigns and workflows is sent while one caller of leads asks too much
      Then at least 98 % succeed
      And the caller of leads who asked too much was told to wait, and nobody else was
      And the chart of the stress mix of leads shows the queue's depth, the latency and the blocks
