@critical @needs.http
Feature: Limits and budgets hold, also for many workers and at the same moment

  A limit protects upstreams and accounts. One that counts by worker, or only afterwards, protects nothing.

  @GW-LIMIT-01 @needs.rate-limit
  Rule: As many requests pass as the limit says, and the next is told to wait

    Example: One request after the other
      Given the gateway is running
      When a caller asks for the model with a limit 8 times in a row
      Then the first 5 requests for that model pass and the next are told to wait
      And each of them is told how long to wait for that model, up to 60 seconds
      And the upstream was called for those that passed alone

  @GW-LIMIT-02 @needs.shared-limit @needs.several-workers
  Rule: One limit holds for all workers together

    Example: Thirty requests at the same moment, each over a connection of its own
      Given the gateway is running in its "workers" profile
      When a caller asks for the model with a limit 30 times at the same moment
      Then 5 requests for that model pass and the others are told to wait

  @GW-LIMIT-03 @needs.budget
  Rule: Requests at the same moment cannot overrun a budget

    Example: Thirty requests of a caller whose budget pays for five
      Given the gateway is running
      When a saver asks for the plain model 30 times at the same moment
      Then no more requests for that model pass than the budget pays for, and the others are refused
      And a caller with another key still gets an answer of the plain model
