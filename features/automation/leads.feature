@blocker @needs.http
Feature: A lead can be created from whatever is known of it, and found again

  The first stress run was refused more than four hundred times because leads had required fields. A lead is whatever is known.

  @AUTO-API-03
  Rule: A lead has any subset of its fields, is read back as it was written, and is listed with pages and filters

    Scenario Outline: A lead of which <what> is known
      Given Automation Orchestrator is running
      When a user creates a lead with <fields>
      Then the lead can be read back as it was written

      Examples:
        | what                       | fields                                                                 |
        | nothing                    | no fields                                                              |
        | only the e-mail address    | {"email": "ada@example.org"}                                           |
        | only the last name         | {"last_name": "Lovelace"}                                              |
        | nearly everything          | {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org", "phone": "+44 20 7946 0000", "company": "Analytical", "source": "fair"} |
        | a name of many scripts     | {"first_name": "Zoë 李 أحمد 👩🏽‍💻", "company": "Łódź & Söhne"}        |
        | a name with a quote in it  | {"last_name": "O'Brien'); DROP TABLE leads;--"}                        |

    Example: A lead is changed
      Given Automation Orchestrator is running
      And a user has created a lead with {"first_name": "Ada", "company": "Analytical"}
      When a user changes the lead to {"company": "Engine"}
      Then the lead can be read back with {"first_name": "Ada", "company": "Engine"}

    Example: Two equal leads at the same moment are two leads
      Given Automation Orchestrator is running
      When 8 equal leads are created at the same moment
      Then each of the 8 leads can be read back by an id of its own

    Example: Leads that are created in bulk
      Given Automation Orchestrator is running
      When a user creates 25 leads in bulk
      Then each of the 25 leads can be read back by an id of its own

    Scenario Outline: Pages of <size> leads, one after the other
      Given Automation Orchestrator is running
      And a user has created 7 leads of the company "<company>"
      When the leads of the company "<company>" are listed in pages of <size>
      Then each of the 7 leads was listed once
      And no page of the leads held more than <size>

      Examples:
        | size | company     |
        | 3    | Three Ltd   |
        | 1    | One Ltd     |
        | 50   | Fifty Ltd   |

    Scenario Outline: A filter that <what>
      Given Automation Orchestrator is running
      And a user has created 2 leads of the company "<company>"
      When the leads of the company "<filter>" are listed in pages of 50
      Then <count> leads were listed

      Examples:
        | what                           | company       | filter        | count |
        | fits                           | Fits AG       | Fits AG       | 2     |
        | has a wildcard of the store    | Wild AG       | %             | 0     |
        | has the store's single letter  | Single AG     | _ingle AG     | 0     |
        | has a star                     | Star AG       | *             | 0     |
        | has a quote                    | O'Quote AG    | O'Quote AG    | 2     |

    Example: The lead of another tenant, whose id was guessed
      Given Automation Orchestrator is running
      And an admin of another tenant has created a lead
      When a user asks for the lead of the other tenant
      Then the answer is "not-found"

    Example: The leads of another tenant are not listed
      Given Automation Orchestrator is running
      And an admin of another tenant has created a lead
      When the leads are listed in pages of 50
      Then the lead of the other tenant was not listed

  @AUTO-API-05
  Rule: Bad input is refused with the field named, and nothing is stored

    Scenario Outline: A lead whose "<field>" is <value>
      Given Automation Orchestrator is running
      And the leads have been counted
      When a user tries to create a lead in a request whose "<field>" is <value>
      Then the answer is "invalid-request"
      And the refusal names the field "<field>" of the lead, list or workflow
      And there are as many leads as before

      Examples:
        | field      | value          |
        | email      | "not-an-email" |
        | email      | 7              |
        | first_name | true           |
        | last_name  | []             |
        | nobody_knows_this | "x"     |

    Scenario Outline: A list with <what>
      Given Automation Orchestrator is running
      When a user lists the leads with <field> <value>
      Then the answer is "invalid-request"
      And the refusal names the field "<field>" of the lead, list or workflow

      Examples:
        | what                  | field     | value   |
        | pages of nothing      | page_size | 0       |
        | pages of less         | page_size | -1      |
        | pages of a million    | page_size | 1000000 |
        | pages of a word       | page_size | all     |
        | a page before the first | page    | 0       |

    Example: Half a lead
      Given Automation Orchestrator is running
      And the leads have been counted
      When a user tries to create a lead and sends only the first half of the request
      Then the answer is "invalid-request"
      And there are as many leads as before

    Example: One bad lead among many in bulk
      Given Automation Orchestrator is running
      And the leads have been counted
      When a user creates 5 leads in bulk, of which the third has the e-mail address "not-an-email"
      Then the answer is "invalid-request"
      And the refusal names the field "email" of the lead, list or workflow
      And there are as many leads as before

    Example: A lead of more than ten megabytes
      Given Automation Orchestrator is running
      And the leads have been counted
      When a user tries to create a lead in a request of 10500000 bytes
      Then the answer is "too-large"
      And there are as many leads as before

    Example: A lead that is nested deeper than anything can be
      Given Automation Orchestrator is running
      And the leads have been counted
      When a user creates a lead that is nested 100000 deep
      Then the answer is "invalid-request"
      And there are as many leads as before

    Example: A change that is refused leaves the lead as it was
      Given Automation Orchestrator is running
      And a user has created a lead with {"first_name": "Ada", "email": "ada@example.org"}
      When a user tries to change the lead to {"email": "not-an-email"}
      Then the answer is "invalid-request"
      And the lead can be read back with {"first_name": "Ada", "email": "ada@example.org"}

    Scenario Outline: A workflow whose "<field>" is <value>
      Given Automation Orchestrator is running
      When a user tries to trigger a workflow in a request whose "<field>" is <value>
      Then the answer is "invalid-request"
      And the refusal names the field "steps" of the lead, list or workflow

      Examples:
        | field           | value   |
        | steps[0].action | "dance" |
        | steps[0].text   | missing |
        | steps           | []      |
