@blocker @needs.http
Feature: What is promised of leads and API keys holds in any order of events

  Examples show that a promise can be kept. Here callers of two tenants work in made-up orders, and each answer is compared
  with what plain lists would give. The same seed makes the same cases.

  @AUTO-API-03
  Rule: Leads are what their callers made of them, and each caller sees the own ones

    Example: Leads of users and admins of two tenants
      Given an Automation Orchestrator of its own is running in its "without-crm" profile
      When callers of two tenants create, change, read and list leads in any order
      Then every answer is the one that a plain list of leads or API keys gives

  @AUTO-AUTH-03
  Rule: An API key stands for whoever made it, until that one revokes it

    Example: Keys of users and admins of two tenants
      Given an Automation Orchestrator of its own is running in its "without-crm" profile
      When callers of two tenants make, use and revoke API keys in any order
      Then every answer is the one that a plain list of leads or API keys gives

  @AUTO-API-05 @AUTO-AUTH-02
  Rule: Every answer is one that its own document describes

    Example: Requests that the document allows, and some that it does not
      Given an Automation Orchestrator of its own is running in its "without-crm" profile
      When everything that its own document allows is asked
      Then every answer is one that the document describes
