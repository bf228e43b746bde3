@normal @needs.http
Feature: The gateway does what its own document says

  @GW-DOCUMENT-01
  Rule: Every answer is one that the document describes

    Example: Requests that the document allows, and some that it does not
      Given the companions "first, second" are running
      And Gateway is running
      When everything that its own document allows is asked
      Then every answer is one that the document describes
