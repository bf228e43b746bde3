@normal @exclusive
Feature: There is room to grow

  Traffic grows faster than anybody can order machines. The owner wants to know how much more than today's an instance
  bears, and that a large registry costs no more time than a small one.

  @CAIO-CAP-01 @slow @needs.http
  Rule: The highest rate that still meets the objectives is at least 1.3 times the target rate

    Example: The rate is raised until the objectives are missed
      Given a CAIO of its own is running
      And it knows 100 services, of which 10 offer "chat"
      When the rate of requests for "chat" is raised from 50 a second on, while 95 % of decisions take at most 50 ms and at least 99 % succeed
      Then the highest such rate is at least 1.3 times the target of 50 a second

  @CAIO-CAP-02 @slow
  Rule: Decisions stay within their objective while the registry grows from 1 to 10,000 services

    Example: Ten times as many services, again and again
      Given a CAIO of its own is running
      When a user asks for "chat" while it knows "1, 10, 100, 1000, 10000" services, of which at most 10 fit
      Then at every size 95 % of decisions take at most 50 ms
