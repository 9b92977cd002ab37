"""`python -m homing.simulate.fax_carrier`."""

from homing.simulate.fax_carrier.command import fax_carrier

if __name__ == "__main__":
    fax_carrier()
