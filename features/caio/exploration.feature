@blocker
Feature: What CAIO promises holds in cases that nobody has thought of

  Examples show that a promise can be kept. Here thousands of cases are made up, with limits that meet, services that
  are nearly equal and names that look alike, and each answer is compared with what the rules give. The same seed makes
  the same cases.

  @CAIO-ROUTE-01 @CAIO-ROUTE-02 @CAIO-ROUTE-03 @CAIO-ROUTE-04 @CAIO-ROUTE-05 @CAIO-ROUTE-08 @CAIO-ERR-01
  Rule: Every decision is one that the rules give

    Example: Requests, policies, contracts and histories of every kind
      Given CAIO is running
      When 2,000 different requests are asked of registries that differ
      Then every decision is the one that the rules give
