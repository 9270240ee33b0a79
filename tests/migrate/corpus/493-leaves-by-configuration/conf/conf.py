bind = '0.0.0.0:80'
daemon = True
