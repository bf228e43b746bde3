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
