"""What is made of a quarter: official papers in Word, person files as PDF, everything together as one packet."""
