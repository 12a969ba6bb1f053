"""Check digits: whether a number can be an identity card, a bank card, a company code or an article number."""

_COMPANY_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_card_check(card: str) -> bool:
    """The check character of an 18-character identity card (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(card[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == card[17].upper()


def bank_card_check(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1, Luhn)."""
    doubled = (2 * int(c) - 9 * (int(c) > 4) for c in digits[-2::-2])
    return (sum(doubled) + sum(int(c) for c in digits[-1::-2])) % 10 == 0


def company_check(code: str) -> bool:
    """The check character of an 18-character unified social credit code (GB 32100-2015)."""
    total = sum(_COMPANY_ALPHABET.index(c) * pow(3, index, 31) for index, c in enumerate(code[:17]))
    return _COMPANY_ALPHABET[(31 - total % 31) % 31] == code[17]


def hong_kong_check(card: str) -> bool:
    """The check digit of a Hong Kong identity card such as ``A123456(3)``."""
    plain = "".join(c for c in card if c.isalnum())
    body, last = plain[:-1].rjust(8), plain[-1]
    values = (36 if c == " " else ord(c) - 55 if c.isalpha() else int(c) for c in body)
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + (10 if last == "A" else int(last))) % 11 == 0


def taiwan_check(card: str) -> bool:
    """The check digit of a Taiwanese identity or residence number such as ``A123456789``."""
    region = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(card[0]) + 10
    weighted = sum(int(digit) * weight for digit, weight in zip(card[1:9], range(8, 0, -1), strict=True))
    return (region // 10 + region % 10 * 9 + weighted + int(card[9])) % 10 == 0


def is_goods_code(digits: str) -> bool:
    """A Chinese article number (EAN-13, prefix 690-699; ITF-14 with a digit before): the same on every piece."""
    if len(digits) == 14 and digits[1:3] == "69":
        digits = "0" * 4 + digits
    elif len(digits) != 13 or not digits.startswith("69"):
        return False
    total = sum(int(c) * (3 if index % 2 == 0 else 1) for index, c in enumerate(reversed(digits[:-1])))
    return (10 - total % 10) % 10 == int(digits[-1])
