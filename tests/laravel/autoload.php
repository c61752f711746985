<?php

// Laravel as Debian packages it (php-laravel-framework), without Composer: its packages bring static
// class maps, our own classes are found by name.

require 'Illuminate/autoload.php';
require 'GuzzleHttp/autoload.php';
require_once 'Illuminate/Foundation/helpers.php';

spl_autoload_register(function (string $class) {
    $places = ['App\\' => 'app/', 'Spatie\\WebhookClient\\' => 'standin/'];
    foreach ($places as $namespace => $place) {
        $file = __DIR__.'/'.$place.strtr(substr($class, strlen($namespace)), '\\', '/').'.php';
        if (strpos($class, $namespace) === 0 && is_file($file)) {
            require $file;
        }
    }
});
