Feature: CORS
